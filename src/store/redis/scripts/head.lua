-- What every script begins with: the slot's head, and the time.
--
-- ARGV[1] the deployment the caller belongs to
-- ARGV[2] the time in ms if the caller has a clock of its own (tests), else empty
-- ARGV[3] the latest time the caller has seen in this slot
local HEAD = KEYS[1]
local head = redis.call('HMGET', HEAD, 'deployment', 'now', 'rings', 'far', 'together', 'alone')
-- First written together, then alone (vouch.lua): the lone one is newer only where a restart dropped
-- what was written together, also all else that was.
if (tonumber(head[6]) or 0) > (tonumber(head[5]) or 0) then
  return { 'torn' }
end
if head[1] ~= ARGV[1] then
  return { 'unknown', head[1] or '' }
end
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
now = math.max(now, tonumber(head[2]) or 0, tonumber(ARGV[3]))
local function whole(number)
  return string.format('%.0f', number)
end
