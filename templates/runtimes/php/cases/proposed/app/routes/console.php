<?php

Schedule::command("tidy")->daily();
