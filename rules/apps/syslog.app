# RFC 5424 6: a priority of 0 to 191 and version 1; RFC 3164 4.1: a date, or what devices write instead. Over TCP (RFC 6587)
# perhaps behind a count.
app syslog "syslog"
port tcp 514 601
port udp 514
udp any /^<(?:\d{1,2}|1[0-8]\d|19[01])>(?:1 \d{4}-|1 - |[A-Z][a-z]{2} [ \d]\d |\d{1,10}(?:: | \d\d\/\d\d\/)|\d{4}-\d\d-\d\dT|[A-Za-z][\w.\/-]{1,60}(?:\[\d{1,7}\])?: )/
tcp any /^(?:\d{2,5} )?<(?:\d{1,2}|1[0-8]\d|19[01])>(?:1 \d{4}-|1 - |[A-Z][a-z]{2} [ \d]\d |\d{1,10}(?:: | \d\d\/\d\d\/)|\d{4}-\d\d-\d\dT)/
