# UPnP device architecture 1.3: search and notification on multicast, and the answers.
app ssdp "Simple Service Discovery Protocol"
port udp 1900
udp any /^(?:M-SEARCH|NOTIFY) \* HTTP\/1\.[01]\r\n/
udp server /^HTTP\/1\.[01] 200 OK\r\n(?:[^\r\n]+\r\n)*(?:ST|USN):/i
