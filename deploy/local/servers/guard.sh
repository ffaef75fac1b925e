# sh guard.sh STOP_SIGNAL COMMAND [ARGUMENT…]
#
# Runs one server and stops it when standard input closes. Whoever started the server holds the other end: closing it is the
# orderly stop, and when that process dies by kill -9 the kernel closes it all the same, so no server is left behind.
ulimit -n "$(ulimit -Hn)"
signal=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(
  read -r _ <&3
  kill -s "$signal" "$server"
) &
trap 'kill -s "$signal" "$server"' TERM INT HUP
wait "$server"
code=$?
# A trapped signal ends `wait` before the server has ended.
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  code=$?
done
exit "$code"
