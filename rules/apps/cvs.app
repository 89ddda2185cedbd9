# The pserver's protocol (cvsclient, Authentication).
app cvs "Concurrent Versions System"
port tcp 2401
tcp client /^BEGIN (?:AUTH|VERIFICATION|GSSAPI) REQUEST\n/
