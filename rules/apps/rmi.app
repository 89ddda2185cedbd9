# Java RMI, wire protocol: magic, version, and one of three protocols.
app rmi "Java RMI"
port tcp 1099
tcp client /^JRMI\x00[\x01\x02][\x4b-\x4d]/
