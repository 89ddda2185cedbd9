# Version 5: 1 to 30 records, a time, and in the first record its padding. RFC 3954 5.1: version 9, then a set of templates (0, 1) with the
# first one's number; RFC 7011 3.1: IPFIX (10), sets 2 and 3.
app netflow "NetFlow, IPFIX"
port udp 2055 4739 9995 9996
udp client /^\x00\x05\x00[\x01-\x1e].{4}[\x38-\x7f].{3}[\x00-\x3b].{47}\x00.{9}\x00\x00/s
udp client /^\x00\x09\x00[\x01-\x40].{4}[\x38-\x7f].{11}\x00[\x00\x01][\x00-\x05].[\x01-\xff]./s
udp client /^\x00\x0a[\x00-\x05].[\x38-\x7f].{11}\x00[\x02\x03][\x00-\x05].[\x01-\xff]./s
