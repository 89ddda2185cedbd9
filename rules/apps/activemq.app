# OpenWire: WireFormatInfo (type 1) with its magic, behind the size.
app activemq "ActiveMQ OpenWire"
port tcp 61616
tcp any /^\x00\x00[\x00-\x10].\x01ActiveMQ\x00/s
