# RFC 8926 3.4: version 0, Ethernet (0x6558), a VNI, a reserved byte; then an Ethernet frame.
app geneve "Generic Network Virtualization Encapsulation"
port udp 6081
udp any /^[\x00-\x3f][\x00\x40]\x65\x58...\x00/s
