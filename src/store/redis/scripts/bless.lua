-- Makes the record of a deployment, once, on a server that has none. By two writes, as all that follows
-- is written: a Redis that drops such writes at a restart drops the record too, which is noticed.
--
-- KEYS  1 the deployment's record
-- ARGV  1 id  2 layout  3 buckets
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'there' }
end
local made = redis.call('TIME')[1]
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'layout', ARGV[2], 'buckets', ARGV[3])
redis.call('HSET', KEYS[1], 'made', made)
return { 'made' }
