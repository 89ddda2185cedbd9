# STOMP 1.0 to 1.2: CONNECT and CONNECTED with headers.
app stomp "STOMP"
port tcp 61613
tcp any /^(?:CONNECT|STOMP|CONNECTED)\r?\n[a-z-]{1,40}:[^\r\n]*\r?\n/
