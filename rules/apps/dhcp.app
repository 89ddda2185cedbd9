# RFC 2131 2: the fields of BOOTP, then the magic cookie (RFC 2132 2).
app dhcp "Dynamic Host Configuration Protocol"
port udp 67 68
udp client /^\x01[\x01-\x20][\x00-\x10][\x00-\x10].{232}\x63\x82\x53\x63/s
udp server /^\x02[\x01-\x20][\x00-\x10][\x00-\x10].{232}\x63\x82\x53\x63/s
