-- Writes alone what was just written together with others (vouch.lua): a single write comes back after
-- every restart. Where the slot was emptied meanwhile, nothing is written.
--
-- KEYS  1 head
-- ARGV  1 deployment  2 number
if redis.call('HGET', KEYS[1], 'deployment') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'alone', ARGV[2])
end
return { 'ok' }
