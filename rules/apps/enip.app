# EtherNet IP: RegisterSession (0x65) with 4 bytes of data, version 1, and its answer; ListIdentity (0x63).
app enip "EtherNet/IP"
port tcp 44818
port udp 44818
tcp any /^\x65\x00\x04\x00.{4}\x00{4}.{8}\x00{4}\x01\x00\x00\x00/s
udp client /^\x63\x00\x00\x00\x00{4}\x00{4}.{8}\x00{4}\z/s
