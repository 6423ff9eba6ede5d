def reference(name): return ""
POLICY=""
