# The protocol header of 0-8, 0-9, 0-9-1 (specification 4.2.2), and of 1.0 (2.2; 3 is SASL, 2 is TLS).
app amqp "Advanced Message Queuing Protocol"
port tcp 5672
tcp any /^AMQP(?:\x00\x00\x09\x01|\x01\x01[\x00\x08\x09][\x00\x01\x09\x0a\x5b]|[\x00\x02\x03]\x01\x00\x00)/
