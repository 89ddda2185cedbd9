# RFC 4253 4.2: the identification of either end; 5.1: 1.99 is a server that knows both. A server may say
# lines before it.
app ssh "Secure Shell"
port tcp 22
tcp any /^SSH-(?:1\.\d{1,2}|2\.0)-[!-~]/
