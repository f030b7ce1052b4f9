-- One transaction: everything is checked, then everything is written; after the first write there
-- is nothing left that could fail. The work is bounded by what the caller sent.
--
-- KEYS  1 head  2 gone  3 gone:until  4 counters  5 far  6 once  7.. entities, logs, indexes
-- ARGV  1-3 see head.lua  4 valid until  5 tag of new versions  6 span of tombstones
--       7 tombstones to sweep  8 span of `once`  9 bell  10 slot  11 topics, joined by spaces
--       12.. checks, conditions, writes: see encode.rs
local GONE, GONE_UNTIL, COUNTERS, FAR, ONCE = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local valid_until, tag, span = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local BELL, SLOT, TOPICS = ARGV[9], ARGV[10], ARGV[11]
local rings, uses_far = tonumber(head[3]) or 0, head[4]

-- A transaction that was sent twice, because a reply was lost, happens once.
local before = redis.call('GET', ONCE)
if before then
  local at, counter = string.match(before, '^(%d+) (%d+)$')
  return { 'ok', at, counter }
end
if now > valid_until then
  return { 'stale' }
end

local taken = 11
local function take()
  taken = taken + 1
  return ARGV[taken]
end
local function key()
  return KEYS[tonumber(take())]
end

-- Entities: the version that counts, and whether the entity is there.
local versions, present = {}, {}
for _ = 1, tonumber(take()) do
  local entity, name, expected = key(), take(), take()
  local version = redis.call('HGET', entity, 'version')
  present[entity] = version and true or false
  version = version or redis.call('HGET', GONE, name) or ''
  if version ~= expected then
    return { 'conflict', name }
  end
  versions[entity] = version
end

-- Scores that Redis cannot hold exactly are kept as sortable text beside the set; see keys.rs.
local function far_text(index, member)
  return uses_far and redis.call('HGET', FAR, index .. ' ' .. member)
end
for _ = 1, tonumber(take()) do
  local set, index, member, wanted, wanted_far = key(), take(), take(), tonumber(take()), take()
  local text = far_text(index, member)
  local found = redis.call('ZSCORE', set, text and ('~' .. text .. ':' .. member) or member)
  found = found and tonumber(found)
  local holds = found and (found > wanted or (found == wanted and (not text or text >= wanted_far)))
  if not holds then
    return { 'conflict', index .. ':' .. member }
  end
end

-- Counters are exact beyond the 53 bits of a Lua number: they are added in two parts.
local function split(text)
  local negative = string.sub(text, 1, 1) == '-'
  local digits = negative and string.sub(text, 2) or text
  return negative, tonumber(string.sub(digits, 1, -10)) or 0, tonumber(string.sub(digits, -9))
end
local function less(high, low, other_high, other_low)
  return high < other_high or (high == other_high and low < other_low)
end
local MOST_HIGH, MOST_LOW = 9223372036, 854775807
local function added(value, by)
  local _, high, low = split(value)
  local negative, by_high, by_low = split(by)
  if negative then
    if less(high, low, by_high, by_low) then
      return '0'
    end
    high, low = high - by_high, low - by_low
    if low < 0 then
      high, low = high - 1, low + 1000000000
    end
  else
    high, low = high + by_high, low + by_low
    if low >= 1000000000 then
      high, low = high + 1, low - 1000000000
    end
    if less(MOST_HIGH, MOST_LOW, high, low) then
      high, low = MOST_HIGH, MOST_LOW
    end
  end
  if high > 0 then
    return string.format('%.0f%09.0f', high, low)
  end
  return string.format('%.0f', low)
end
local function exceeds(sum, limit)
  local negative, limit_high, limit_low = split(limit)
  local _, high, low = split(sum)
  return negative or less(limit_high, limit_low, high, low)
end

-- The writes are read twice: once to check them in order, once to make them.
local first_write = taken
local count = tonumber(take())
local heads, sums = {}, {}
local function log_head(log)
  if not heads[log] then
    local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
    heads[log] = newest and tonumber(string.match(newest[1], '^%d+')) or 0
  end
  return heads[log]
end
for _ = 1, count do
  local what = take()
  if what == 'append' then
    local log, name, seq = key(), take(), tonumber(take())
    taken = taken + 3
    if seq ~= log_head(log) + 1 then
      return { 'conflict', 'log ' .. name }
    end
    heads[log] = seq
  elseif what == 'drop' then
    heads[key()] = 0
  elseif what == 'count' then
    local counter, by, limit = take(), take(), take()
    local sum = sums[counter] or redis.call('HGET', COUNTERS, counter) or '0'
    sum = added(sum, by)
    if limit ~= '' and string.sub(by, 1, 1) ~= '-' and exceeds(sum, limit) then
      return { 'limit', counter, limit }
    end
    sums[counter] = sum
  elseif what == 'put' then
    taken = taken + 3
  elseif what == 'delete' then
    taken = taken + 2
  elseif what == 'index' then
    taken = taken + 5
  elseif what == 'leave' then
    taken = taken + 3
  end
end

local function next_version(entity)
  local previous = tonumber(string.match(versions[entity], '^%d+'))
  local number = previous and math.max(now, previous + 1) or now
  versions[entity] = whole(number) .. '-' .. tag
  return number
end
local function leave(set, index, member)
  local text = far_text(index, member)
  if text then
    redis.call('ZREM', set, '~' .. text .. ':' .. member)
    redis.call('HDEL', FAR, index .. ' ' .. member)
  end
  redis.call('ZREM', set, member)
end

taken = first_write + 1
for _ = 1, count do
  local what = take()
  if what == 'append' then
    local log, _, seq, event, body, keep = key(), take(), take(), take(), take(), take()
    if keep == '' then
      redis.call('XADD', log, seq .. '-0', 'event', event, 'body', body)
    else
      redis.call('XADD', log, 'MAXLEN', '=', keep, seq .. '-0', 'event', event, 'body', body)
    end
  elseif what == 'drop' then
    redis.call('DEL', key())
  elseif what == 'count' then
    local counter = take()
    taken = taken + 2
    redis.call('HSET', COUNTERS, counter, sums[counter])
  elseif what == 'put' then
    local entity, name, body = key(), take(), take()
    if not present[entity] and versions[entity] ~= '' then
      redis.call('HDEL', GONE, name)
      redis.call('ZREM', GONE_UNTIL, name)
    end
    next_version(entity)
    redis.call('HSET', entity, 'version', versions[entity], 'body', body)
    present[entity] = true
  elseif what == 'delete' then
    local entity, name = key(), take()
    if present[entity] then
      local number = next_version(entity)
      redis.call('DEL', entity)
      redis.call('HSET', GONE, name, versions[entity])
      redis.call('ZADD', GONE_UNTIL, whole(math.max(now, number) + span), name)
      present[entity] = false
    end
  elseif what == 'index' then
    local set, index, member, score, text = key(), take(), take(), take(), take()
    if text == '' and not uses_far then
      redis.call('ZADD', set, score, member)
    elseif text == '' then
      leave(set, index, member)
      redis.call('ZADD', set, score, member)
    else
      uses_far = '1'
      leave(set, index, member)
      redis.call('ZADD', set, score, '~' .. text .. ':' .. member)
      redis.call('HSET', FAR, index .. ' ' .. member, text)
    end
  elseif what == 'leave' then
    leave(key(), take(), take())
  end
end

-- Tombstones whose time is over go in passing, a bounded number at once.
local over = redis.call('ZRANGEBYSCORE', GONE_UNTIL, '-inf', '(' .. whole(now), 'LIMIT', 0, ARGV[7])
for _, name in ipairs(over) do
  redis.call('HDEL', GONE, name)
  redis.call('ZREM', GONE_UNTIL, name)
end

if TOPICS ~= '' then
  rings = rings + 1
  redis.call('PUBLISH', BELL, SLOT .. ' ' .. whole(rings) .. ' ' .. TOPICS)
end
redis.call('HSET', HEAD, 'now', whole(now), 'rings', whole(rings))
if uses_far and not head[4] then
  redis.call('HSET', HEAD, 'far', '1')
end
redis.call('SET', ONCE, whole(now) .. ' ' .. whole(rings), 'PX', ARGV[8])
return { 'ok', whole(now), whole(rings) }
