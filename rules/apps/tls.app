# RFC 8446 5.1 and 4.1, RFC 5246: a handshake record and in it a hello; an alert instead of the server's. RFC 5246 E.2: the
# version 2 hello, its cipher specs and challenge. What TLS carries is not looked at.
app tls "Transport Layer Security"
port tcp 443 465 636 853 989 990 993 995 8443
tcp client /^\x16\x03[\x00-\x04][\x00-\x48].\x01\x00..[\x03\x7f][\x00-\x1c]/s
tcp server /^\x16\x03[\x00-\x04][\x00-\x48].\x02\x00..[\x03\x7f][\x00-\x1c]/s
tcp server /^\x15\x03[\x00-\x04]\x00\x02[\x01\x02][\x00-\x78]/s
tcp client /^[\x80\x81].\x01(?:\x00\x02|\x03[\x00-\x03])\x00.\x00[\x00\x10]\x00[\x10-\x20]/s
tcp server /^[\x80-\x8f].\x04[\x00\x01][\x00\x01]\x00\x02/s
