<?php
// Makes a repository of Composer of what Debian's packages have put on this machine: all of it is one package, and those that
// apps name ask for that one.
//   php mirror.php FOLDER
$folder = $argv[1];
mkdir($folder, 0755, true);
$packages = [];

function add(string $name, string $version, array $files, array $more = []): void
{
    global $folder, $packages;
    $zip = new ZipArchive();
    $path = $folder . '/' . str_replace('/', '-', $name) . '.zip';
    $zip->open($path, ZipArchive::CREATE);
    foreach ($files as $to => $from) {
        $zip->addFromString($to, $from);
    }
    $zip->close();
    $packages[$name][$version] = [
        'name' => $name, 'version' => $version, 'type' => 'library',
        'dist' => ['type' => 'zip', 'url' => "file://$path"],
    ];
    $packages[$name][$version] = $more + $packages[$name][$version];
}

function tree(string $top): array
{
    $files = [];
    $walk = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($top, FilesystemIterator::SKIP_DOTS | FilesystemIterator::FOLLOW_SYMLINKS));
    foreach ($walk as $file) {
        // They name each other by their whole paths.
        $files[substr($file->getPathname(), strlen($top) + 1)] = str_replace("'/usr/share/php/", "'", file_get_contents($file->getPathname()));
    }
    return $files;
}

function version(string $package): string
{
    preg_match('/^(?:\d+:)?(\d+\.\d+\.\d+)/', trim(shell_exec("dpkg-query -W -f '\${Version}' $package")), $match);
    return $match[1];
}

$php = '/usr/share/php';
add('debian/php', '1.0.0', ['autoload.php' => '<?php set_include_path(__DIR__ . PATH_SEPARATOR . get_include_path());'] + tree($php),
    // What stands in for it otherwise is not among Debian's packages.
    ['require' => ['ext-intl' => '*'], 'autoload' => ['files' => ['autoload.php']]]);
$named = [
    'laravel/framework' => ['php-laravel-framework', 'Illuminate'],
    'symfony/framework-bundle' => ['php-symfony-framework-bundle', 'Symfony/Bundle/FrameworkBundle'],
    'symfony/twig-bundle' => ['php-symfony-twig-bundle', 'Symfony/Bundle/TwigBundle'],
    'symfony/asset-mapper' => ['php-symfony-asset-mapper', 'Symfony/Component/AssetMapper'],
    'symfony/console' => ['php-symfony-console', 'Symfony/Component/Console'],
    'symfony/dotenv' => ['php-symfony-dotenv', 'Symfony/Component/Dotenv'],
    'symfony/http-client' => ['php-symfony-http-client', 'Symfony/Component/HttpClient'],
    'symfony/yaml' => ['php-symfony-yaml', 'Symfony/Component/Yaml'],
    'symfony/webpack-encore-bundle' => ['php-symfony-webpack-encore-bundle', 'Symfony/WebpackEncoreBundle'],
];
foreach ($named as $name => [$debian, $place]) {
    if (!is_file("$php/$place/autoload.php")) {
        fwrite(STDERR, "$name is not at $place\n");
        continue;
    }
    add($name, version($debian), ['autoload.php' => "<?php require_once __DIR__ . '/../../debian/php/$place/autoload.php';"],
        ['require' => ['debian/php' => '^1.0'], 'autoload' => ['files' => ['autoload.php']]]);
}
// A plugin of Composer's.
add('symfony/runtime', version('php-symfony-runtime'), tree("$php/Symfony/Component/Runtime"), [
    'type' => 'composer-plugin', 'require' => ['composer-plugin-api' => '^1.0|^2.0'],
    'autoload' => ['psr-4' => ['Symfony\\Component\\Runtime\\' => '', 'Symfony\\Runtime\\Symfony\\Component\\' => 'Internal/']],
    'extra' => ['class' => 'Symfony\\Component\\Runtime\\Internal\\ComposerPlugin'],
]);
file_put_contents("$folder/packages.json", json_encode(['packages' => $packages], JSON_UNESCAPED_SLASHES));
echo implode("\n", array_keys($packages)), "\n";
