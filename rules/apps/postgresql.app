# Frontend protocol 3: StartupMessage and its parameters, SSLRequest, GSSENCRequest, CancelRequest; what a server says
# first. TLS behind an SSLRequest is not followed.
app postgresql "PostgreSQL"
port tcp 5432
tcp client /^\x00\x00[\x00-\x27].\x00\x03\x00[\x00-\x02](?:user|database|replication|options|application_name|client_encoding|DateStyle|TimeZone|extra_float_digits|_pq_\.[a-z_]{1,40})\x00/s
tcp client /^\x00\x00\x00\x08\x04\xd2\x16[\x2f\x30]/
tcp client /^\x00\x00\x00\x10\x04\xd2\x16\x2e/
tcp server /^N?R\x00\x00[\x00-\x01].\x00\x00\x00[\x00\x02-\x0c]/s
tcp server /^N?E\x00\x00[\x00-\x07].S(?:FATAL|ERROR|PANIC)\x00/s
