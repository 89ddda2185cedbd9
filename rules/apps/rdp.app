# MS-RDPBCGR 2.2.1.1: TPKT, an X.224 connection request with a cookie or a negotiation; 2.2.1.2: what confirms it. Without
# either, the MCS connect that follows. MS-RDPEUDP 2.2.1: SYN with both MTUs, over UDP.
app rdp "Remote Desktop Protocol"
port tcp 3389
port udp 3389
tcp client /^\x03\x00\x00.[\x06-\xfe]\xe0\x00\x00..\x00(?:Cookie: |\x01[\x00-\x0f]\x08\x00)/s
tcp client /^\x03\x00\x00\x0b\x06\xe0.{5}\x03\x00..\x02\xf0\x80\x7f\x65/s
tcp server /^\x03\x00\x00\x13\x0e\xd0.{4}.[\x02\x03].\x08\x00/s
udp client /^\xff{4}[\x00-\x40].[\x00-\x1f]\x01.{4}\x04[\x6c-\xd0]\x04[\x6c-\xd0]/s
