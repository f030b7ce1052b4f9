-- What is to grow is refused a little before memory is full, so that there is room for what is there.
local memory = redis.call('INFO', 'memory')
local used = tonumber(string.match(memory, 'used_memory:(%d+)')) or 0
-- What waits for the file and for replicas does not count against the limit.
used = used - (tonumber(string.match(memory, 'mem_not_counted_for_evict:(%d+)')) or 0)
local most = tonumber(string.match(memory, 'maxmemory:(%d+)')) or 0
if most > 0 and used > most - most / 20 then
  return redis.error_reply('OOM the memory of Redis is nearly full; new conversations wait first')
end
