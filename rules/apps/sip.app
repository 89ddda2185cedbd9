# RFC 3261 7.1, 7.2: request and status line; 7.5: behind empty lines.
app sip "Session Initiation Protocol"
port tcp 5060
port udp 5060
tcp any /^[\r\n]*(?:(?:INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE) [a-z]{2,10}:[^\r\n]+ SIP\/2\.0|SIP\/2\.0 [1-6]\d\d [^\r\n]*)\r\n/
udp any /^[\r\n]*(?:(?:INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE) [a-z]{2,10}:[^\r\n]+ SIP\/2\.0|SIP\/2\.0 [1-6]\d\d [^\r\n]*)\r\n/
