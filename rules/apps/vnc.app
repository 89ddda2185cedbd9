# RFC 6143 7.1.1: the version both ends say; some servers have numbers of their own.
app vnc "Remote Framebuffer, VNC"
port tcp 5900 5901 5902 5903
tcp any /^RFB 00[345]\.\d{3}\n/
