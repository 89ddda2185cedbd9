# The svn protocol: the server's greeting.
app svn "Subversion"
port tcp 3690
tcp server /^\( success \( \d \d \( /
