import discord

discord.Client().run("x")
