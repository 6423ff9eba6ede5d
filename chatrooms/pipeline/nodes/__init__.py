"""Several servers on one database: each is a node, and a client of the rooms that its sockets are in.

The database is the truth, and the bus only a hint. For each of these rooms, `Heads` has the rev up to which the node
broadcast its changes. One that is the next is broadcast, whoever committed it; at a gap, and for what no message
reported, the `Node` reads what is missing, as a client calls `sync`. So every member sees the same changes in the same
order, whichever node they are connected to.
"""
