# RFC 2637 2: the length of 156, a control message, the magic cookie, a start request or reply. What GRE carries is another conversation.
app pptp "Point-to-Point Tunneling Protocol"
port tcp 1723
tcp any /^\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00[\x01\x02]\x00\x00/
