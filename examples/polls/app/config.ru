require_relative "app"

run Polls
