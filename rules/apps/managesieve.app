# RFC 5804 1.7: the server begins with its capabilities, the implementation among them. STARTTLS is not followed.
app managesieve "ManageSieve"
port tcp 4190
tcp server /^"IMPLEMENTATION" "[^"\r\n]*"\r\n"/
tcp server /^"(?:VERSION|SIEVE|SASL|NOTIFY|LANGUAGE|OWNER)" "[^"\r\n]*"\r\n"(?:IMPLEMENTATION|SIEVE|SASL|NOTIFY|STARTTLS|VERSION|LANGUAGE)"/
