# OPC UA 6: Hello and Acknowledge of the binary protocol.
app opcua "OPC UA"
port tcp 4840
tcp client /^HELF..\x00\x00\x00\x00\x00\x00/s
tcp server /^ACKF\x1c\x00\x00\x00/
