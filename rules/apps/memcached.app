# The text protocol: a command and what answers it; storage is unmistakable. The binary one: magic 0x80 and 0x81. UDP: a
# frame header of one datagram before the command.
app memcached "memcached"
port tcp 11211
port udp 11211
tcp client /^(?:set|add|replace|append|prepend) [!-~]+ \d{1,10} -?\d{1,10} \d{1,10}(?: noreply)?\r\n/
tcp client /^(?:gets?|gats?|cas|delete|incr|decr|touch|stats|version|flush_all|verbosity|m[gsdnea])(?: [^\r\n]+)?\r\n/ server /^(?:VALUE |END\r\n|STAT |VERSION |DELETED\r\n|NOT_FOUND\r\n|TOUCHED\r\n|OK\r\n|\d{1,20}\r\n|ERROR\r\n|CLIENT_ERROR |SERVER_ERROR |(?:HD|EN|MN|NS|EX|NF)[ \r]|VA \d)/
tcp client /^\x80[\x00-\x23]\x00[\x00-\xfa][\x00\x04\x08\x14]\x00..\x00[\x00-\x10]/s server /^\x81[\x00-\x23]..[\x00\x04]\x00\x00[\x00-\x08\x20\x21\x81-\x86]/s
udp client /^..\x00\x00\x00\x01\x00\x00(?:gets?|set|add|stats|version|delete|incr|decr|flush_all)(?: [^\r\n]+)?\r\n/s
