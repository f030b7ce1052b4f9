-- Looks whether a record is there, and leaves a trace, so that a WAIT behind it waits for all that was
-- written up to now: from Redis 7.2 on a connection that has written nothing waits for nothing.
--
-- KEYS  1 head  2 the log
-- ARGV  1 the record  2 its event
local found = redis.call('XRANGE', KEYS[2], ARGV[1] .. '-0', ARGV[1] .. '-0')[1]
if not found or found[2][2] ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'waits', '1')
return 1
