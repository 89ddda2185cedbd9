# RFC 2326 6 and 7, RFC 7826: request and status line; 4.1: behind empty lines.
app rtsp "Real Time Streaming Protocol"
port tcp 554 8554
tcp client /^[\r\n]*(?:OPTIONS|DESCRIBE|ANNOUNCE|SETUP|PLAY|PAUSE|TEARDOWN|GET_PARAMETER|SET_PARAMETER|RECORD|REDIRECT) (?:rtspu?:|\*)[^\r\n]* RTSP\/[12]\.0\r\n/
tcp server /^RTSP\/[12]\.0 [1-5]\d\d /
