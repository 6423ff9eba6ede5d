import fc from "fast-check";
import { longText } from "./texts.js";
import { lexed } from "../js/messages/markdown-lexer.js";
import { parsed } from "../js/messages/markdown-nodes.js";
const all=[];
for (const t of fc.sample(longText, 4000)) { 
  const s=performance.now(); parsed(t); let d=performance.now()-s;
  if (d>15) { for(let i=0;i<2;i++){const s=performance.now(); parsed(t); d=Math.min(d,performance.now()-s);} let e=""; const s2=performance.now(); try{lexed(t)}catch(x){e=x.message}; all.push([d, performance.now()-s2, e, t.slice(0,30)]); }
}
all.sort((a,b)=>b[0]-a[0]); console.log(all.length); for(const a of all.slice(0,25)) console.log(a[0].toFixed(0),a[1].toFixed(0),a[2],JSON.stringify(a[3]));
