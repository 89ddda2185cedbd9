# Apache JServ Protocol 1.3: packets of the web server begin with 0x1234, length, FORWARD_REQUEST and a method.
app ajp "Apache JServ Protocol"
port tcp 8009
tcp client /^\x12\x34[\x00-\x20].\x02[\x01-\x1c]\x00[\x05-\x20]HTTP\/1\.[01]\x00/s
tcp client /^\x12\x34\x00\x01\x0a/ server /^AB\x00\x01\x09/
