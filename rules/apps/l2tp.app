# RFC 2661 3.1: a control message with length and sequence, version 2, no session; 4.4.1: the first is a mandatory AVP of 8 bytes, the
# message's type: SCCRQ to no tunnel, or SCCRP.
app l2tp "Layer Two Tunneling Protocol"
port udp 1701
udp client /^\xc8\x02..\x00\x00\x00\x00\x00\x00\x00\x00\x80\x08\x00\x00\x00\x00\x00\x01/s
udp server /^\xc8\x02....\x00\x00\x00\x00\x00\x01\x80\x08\x00\x00\x00\x00\x00\x02/s
