# Rails
