-- After a 429: sending to the chat is off for a while, or all sending when ARGV[2] names no chat.
-- Telegram doesn't say which limit was hit. Refusals in `ARGV[3]` private chats within seconds mean the one over all.
local all_pause, chat_pause, refused = KEYS[1], KEYS[2], KEYS[3]
local pause_ms, chat, several, together_us = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function pause(key)
    if redis.call('PTTL', key) < pause_ms then
        redis.call('SET', key, 1, 'PX', pause_ms)
    end
end

if chat == '' then
    pause(all_pause)
    return
end
pause(chat_pause)
if several > 0 then
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    redis.call('ZADD', refused, string.format('%.0f', now), chat)
    redis.call('ZREMRANGEBYSCORE', refused, '-inf', string.format('%.0f', now - together_us))
    redis.call('PEXPIRE', refused, 60000)
    if redis.call('ZCARD', refused) >= several then
        pause(all_pause)
    end
end
