-- A call is about to be made, some time after its turn came. No more than `limit` messages in any stretch of `length`
-- are started, however long their calls were held up in between.
-- Answers 0 go | the microseconds to wait.
local started = KEYS[1]
local length, limit, messages = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local newest = redis.call('LINDEX', started, 0)
if newest and tonumber(newest) > now then
    redis.call('DEL', started) -- the clock was set back
end
local leaves = redis.call('LINDEX', started, math.max(limit - messages, 0))
if leaves and leaves + length > now then
    return leaves + length - now
end
for _ = 1, messages do
    redis.call('LPUSH', started, string.format('%.0f', now))
end
redis.call('LTRIM', started, 0, limit - 1)
redis.call('PEXPIRE', started, math.ceil(length / 1000) + 1000)
return 0
