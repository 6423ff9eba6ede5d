"""How commands are declared and run, from a door to the database and from the commit to the sockets.

Each takes the same path: count its rate, parse, lock the rooms, check the permission, run, commit, broadcast.
That of a message, by function:

1. `Pipeline.begin`, on the event loop, counts its rate, parses its parameters, and passes its work to the writer.
2. `Writer.submit` lets it wait; what waits is taken as one batch, one write of each caller in turn.
3. On the writer's thread, `Batches` begins a transaction, locks the rooms of the batch, and runs each work:
   `Transacting` checks the permission and runs the command's body, which writes rows and adds them to the `Changes` of
   its `Act`.
4. Then it runs the listeners that the changed rows concern, a message by its `traits`, and returns the result, the
   changes and the signals as an `Outcome`.
5. After the commit, on the event loop, `Pipeline._committed` publishes the events of all outcomes, in order, to the
   `Broadcast`, which emits them to the sockets in each room (`Alignment` moves sockets into rooms). Then the writer
   calls ``done`` of each: the response.

A query takes the same steps on a thread of the `Reader`, without locks and commit; a live command, on the event loop.
"""
