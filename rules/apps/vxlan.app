# RFC 7348 5: the I flag alone, a VNI; then an Ethernet frame with IP, ARP or a tag.
app vxlan "Virtual eXtensible LAN"
port udp 4789 8472
udp any /^\x08\x00\x00\x00...\x00.{12}(?:\x08\x00\x45|\x08\x06\x00\x01|\x86\xdd[\x60-\x6f]|\x81\x00)/s
