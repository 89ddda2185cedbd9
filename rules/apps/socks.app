# RFC 1928 3 and 4: methods offered, one chosen; then a request, or a password (RFC 1929); or methods that are all refused. SOCKS 4: a request and its
# answer. What is carried is not followed.
app socks "SOCKS 4 and 5"
port tcp 1080
tcp client /^\x05(?:\x01.|\x02..|\x03...|\x04....)(?:\x05[\x01-\x03]\x00[\x01\x03\x04]|\x01[\x01-\x40])/s server /^\x05[\x00\x02]/
tcp client /^\x05(?:\x01[\x00-\x02]|\x02[\x00-\x02]{2}|\x03[\x00-\x02]{3})/ server /^\x05\xff/
tcp client /^\x04[\x01\x02]..{5}[ -~]{0,64}\x00/s server /^\x00[\x5a-\x5d]/
