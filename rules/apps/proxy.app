# The PROXY protocol 2.1 and 2.2: what a load balancer says of its client before the rest: a line, or the signature, version 2 and
# a family. What is behind it is not followed, and its server answers as if it were not there.
app proxy "PROXY protocol"
over http http2 websocket tls smtp imap pop3 ftp ssh mysql postgresql redis mqtt amqp xmpp ldap
tcp client /^PROXY (?:TCP[46] [0-9a-fA-F.:]{2,39} [0-9a-fA-F.:]{2,39} \d{1,5} \d{1,5}|UNKNOWN[^\r\n]*)\r\n/
tcp client /^\r\n\r\n\x00\r\nQUIT\n[\x20\x21][\x00\x11\x12\x21\x22\x31\x32]/
