# RFC 5531 9: a call, RPC version 2, of program 100003, in version 2 to 4 (RFC 1094, 1813, 7530).
app nfs "Network File System"
over rpc
port tcp 2049
port udp 2049
tcp client /^\x80[\x00-\x1f]...{4}\x00{4}\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00[\x02-\x04]/s
udp client /^.{4}\x00{4}\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00[\x02-\x04]/s
