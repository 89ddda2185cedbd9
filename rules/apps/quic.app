# RFC 9000 17.2: a long header, version 1 or 2 (RFC 9369) or a draft's, and a connection id of at most 20 bytes; Google's
# versions before the standard are letters.
app quic "QUIC"
port udp 443
udp any /^[\xc0-\xff](?:\x00\x00\x00\x01|\x6b\x33\x43\xcf|\xff\x00\x00[\x0d-\x22]|\xfa\xce\xb0[\x00-\x0f])[\x00-\x14]/s
udp any /^[\xc0-\xff][QT]0[45]\d[\x00-\x88]/s
udp client /^[\x08-\x0f\x18-\x1f\x28-\x2f\x38-\x3f].{8}Q0[2-4]\d/s
