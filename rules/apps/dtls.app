# RFC 6347 4.1, RFC 9147: a handshake record of epoch 0 with a hello: client, server, verify request. 0x0100 is
# OpenSSL's before the standard. Behind STUN on the same ports it is what the conversation is for.
app dtls "Datagram Transport Layer Security"
over stun
port udp 443 4433 5349 5684
udp client /^\x16(?:\xfe[\xff\xfd]|\x01\x00)\x00\x00.{6}..\x01\x00.{10}(?:\xfe[\xff\xfd]|\x01\x00)/s
udp client /^\x16\xfe[\xff\xfd]\x00\x00.{6}..\x01\x00..\x00.{4}[\x01-\xff]/s
udp server /^\x16(?:\xfe[\xff\xfd]|\x01\x00)\x00\x00.{6}..[\x02\x03]\x00.{10}(?:\xfe[\xff\xfd]|\x01\x00)/s
