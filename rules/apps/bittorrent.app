# BEP 3: the handshake. BEP 5: DHT queries and answers, dictionaries with the sender's id. BEP 15: the
# tracker's connect, with its magic. BEP 29: the handshake inside uTP, and uTP's SYN with its answer. BEP 14: LSD.
app bittorrent "BitTorrent"
port tcp 6881 6882 6883 6884 6885 6886 6887 6888 6889
port udp 6881 6771
tcp any /^\x13BitTorrent protocol/
udp any /^d(?:2:ip(?:6:.{6}|18:.{18}))?1:[ar]d(?:\d{1,2}:bs\d{1,4}:.*)?2:id20:/s
udp any /^d1:el?i20\de/
udp client /^\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00/
udp any /^\x01[\x00-\x02].{18}\x13BitTorrent protocol/s
udp client /^\x41[\x00\x02].{6}\x00{4}.{6}\x00\x00/s server /^\x21[\x00-\x02].{18}/s
udp client /^BT-SEARCH \* HTTP\/1\.[01]\r\n/
