# doc/protocol.txt: commands, and the words the server answers them by.
app beanstalk "beanstalkd"
port tcp 11300
tcp client /^(?:put \d{1,10} \d{1,10} \d{1,10} \d{1,10}|use [!-~]{1,200}|watch [!-~]{1,200}|ignore [!-~]{1,200}|reserve|reserve-with-timeout \d{1,10}|stats|stats-(?:job|tube) [!-~]{1,200}|list-tubes|peek-(?:ready|delayed|buried))\r\n/ server /^(?:INSERTED \d|BURIED|EXPECTED_CRLF|JOB_TOO_BIG|DRAINING|USING |WATCHING \d|NOT_IGNORED|RESERVED \d|TIMED_OUT|DEADLINE_SOON|FOUND \d|NOT_FOUND|OK \d{1,10}\r\n---)/
