# MQTT 3.1.1 and 5.0, 3.1: CONNECT, its length, the protocol's name and level; 3.1 says MQIsdp.
app mqtt "MQ Telemetry Transport"
port tcp 1883
tcp client /^\x10(?:[\x0a-\x7f]|[\x80-\xff]{1,3}[\x01-\x7f])\x00(?:\x04MQTT[\x04\x05\x84]|\x06MQIsdp[\x03\x83])/s
