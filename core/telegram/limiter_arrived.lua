-- A call may have arrived so much later than it began: it counts from then, over all and in its chat.
-- In the chat's drip that is a step after its arrival, or all of the drip as much later, whichever is sooner: several
-- calls that were late together were late once.
local started, chat_started = KEYS[1], KEYS[2]
local began, late, messages, name = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local chat_interval, keep_ms = tonumber(ARGV[5]), tonumber(ARGV[6])

local function exact(number)
    return string.format('%.0f', number)
end

for part = 1, messages do
    redis.call('ZADD', started, exact(began + late), name .. ':' .. part)
end
if chat_interval > 0 then
    local due = tonumber(redis.call('GET', chat_started) or 0)
    local after = math.min(math.max(due, began) + late, math.max(due, began + late) + messages * chat_interval)
    redis.call('SET', chat_started, exact(after), 'PX', keep_ms)
end
